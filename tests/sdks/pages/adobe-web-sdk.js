// https://experienceleague.adobe.com/en/docs/experience-platform/collection/js/js-overview
import {createInstance} from '@adobe/alloy';

window.start = async own => {
    const alloy = createInstance({name: 'alloy'});
    await alloy('configure', {
        datastreamId: 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee', orgId: '0123456789ABCDEF01234567@AdobeOrg',
        defaultConsent: 'in', clickCollectionEnabled: false, ...(own && {edgeDomain: 'metrics.tees.example'})
    });
    const send = (eventType, xdm = {}) => alloy('sendEvent', {xdm: {eventType, ...xdm}});
    const lines = items => items.map(item => ({SKU: item.sku, name: item.name, quantity: item.quantity, priceTotal: item.price * item.quantity}));
    return {
        page: title => send('web.webpagedetails.pageViews', {web: {webPageDetails: {name: title, pageViews: {value: 1}}}}),
        cart: item => send('commerce.productListAdds', {commerce: {productListAdds: {value: 1}}, productListItems: lines([item])}),
        order: order => send('commerce.purchases', {
            commerce: {purchases: {value: 1}, order: {purchaseID: order.id, priceTotal: order.total, currencyCode: order.currency}},
            productListItems: lines(order.items)
        }),
        identify: user => send('userAccount.login', {identityMap: {CRMID: [{id: user, authenticatedState: 'authenticated', primary: true}]}})
    };
};
