// https://www.rudderstack.com/docs/sources/event-streams/sdks/rudderstack-javascript-sdk/
import {RudderAnalytics} from '@rudderstack/analytics-js/bundled';

window.start = own => new Promise(ready => {
    const analytics = new RudderAnalytics();
    analytics.load('2abcDEF0123456789abcdefABCD', own || 'https://tees.dataplane.rudderstack.com', own ? {configUrl: own} : {});
    ready({
        page: title => analytics.page(title),
        cart: item => analytics.track('Product Added', {product_id: item.sku, price: item.price, quantity: item.quantity}),
        order: order => analytics.track('Order Completed', {
            order_id: order.id, total: order.total, currency: order.currency,
            products: order.items.map(item => ({product_id: item.sku, price: item.price, quantity: item.quantity}))
        }),
        identify: user => analytics.identify(user, {plan: 'guest'})
    });
});
