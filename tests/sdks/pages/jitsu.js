// https://docs.jitsu.com/sending-data/npm
import {jitsuAnalytics} from '@jitsu/js';

window.start = async own => {
    const analytics = jitsuAnalytics({host: own || 'https://tees.d.jitsu.com', writeKey: 'jitsuTees:0123456789abcdef'});
    return {
        page: title => analytics.page(title),
        cart: item => analytics.track('Product Added', {product_id: item.sku, price: item.price, quantity: item.quantity}),
        order: order => analytics.track('Order Completed', {order_id: order.id, total: order.total, currency: order.currency}),
        identify: user => analytics.identify(user, {plan: 'guest'})
    };
};
