// https://docs.mixpanel.com/docs/tracking-methods/sdks/javascript
import mixpanel from 'mixpanel-browser';

window.start = async own => {
    mixpanel.init('0123456789abcdef0123456789abcdef', {
        persistence: 'localStorage', autocapture: false, record_sessions_percent: 0, ...(own && {api_host: own})
    });
    return {
        page: title => mixpanel.track_pageview({title}),
        cart: item => mixpanel.track('Product Added', {product_id: item.sku, price: item.price, quantity: item.quantity}),
        order: order => mixpanel.track('Order Completed', {order_id: order.id, total: order.total, currency: order.currency}),
        identify: user => {
            mixpanel.identify(user);
            mixpanel.people.set({plan: 'guest'});
        }
    };
};
