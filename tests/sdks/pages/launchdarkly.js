// https://launchdarkly.com/docs/sdk/client-side/javascript
import * as launchDarkly from 'launchdarkly-js-client-sdk';

window.start = async own => {
    const options = own ? {baseUrl: own, eventsUrl: own, streamUrl: own} : {};
    const client = launchDarkly.initialize('0123456789abcdef01234567', {kind: 'user', key: 'visitor-1', anonymous: true}, options);
    await client.waitForInitialization(5);
    return {
        page: title => client.track('Page Viewed', {title}),
        cart: item => client.track('Product Added', {product_id: item.sku, price: item.price, quantity: item.quantity}),
        order: order => client.track('Order Completed', {order_id: order.id, currency: order.currency}, order.total),
        identify: user => client.identify({kind: 'user', key: user})
    };
};
