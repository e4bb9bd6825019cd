// https://docs.statsig.com/client/javascript-sdk
import {StatsigClient} from '@statsig/js-client';

window.start = async own => {
    const networkConfig = own && {api: own + '/v1', logEventUrl: own + '/v1/rgstr', initializeUrl: own + '/v1/initialize'};
    const client = new StatsigClient('client-0123456789abcdef0123456789abcdef0123456789a', {userID: 'visitor-1'}, own ? {networkConfig} : {});
    await client.initializeAsync();
    return {
        page: title => client.logEvent('Page Viewed', null, {title}),
        cart: item => client.logEvent('Product Added', item.price, {product_id: item.sku, quantity: String(item.quantity)}),
        order: order => client.logEvent('Order Completed', order.total, {order_id: order.id, currency: order.currency}),
        identify: user => client.updateUserAsync({userID: user})
    };
};
