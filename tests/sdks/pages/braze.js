// https://www.braze.com/docs/developer_guide/sdk_integration
import * as braze from '@braze/web-sdk';

window.start = async own => {
    braze.initialize('01234567-89ab-4cde-8f01-23456789abcd', {baseUrl: own || 'sdk.iad-03.braze.com'});
    braze.openSession();
    return {
        page: title => braze.logCustomEvent('Page Viewed', {title}),
        cart: item => braze.logCustomEvent('Product Added', {product_id: item.sku, price: item.price, quantity: item.quantity}),
        order: order => braze.logPurchase(order.items[0].sku, order.items[0].price, order.currency, 2, {order_id: order.id}),
        identify: user => braze.changeUser(user)
    };
};
