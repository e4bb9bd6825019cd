// https://docs.mixpanel.com/docs/tracking-methods/sdks/javascript
adapters.mixpanel = () => {
    mixpanel.init(wrongKey ? 'mpOTHER' : 'mpTEES', {persistence: 'localStorage', autocapture: false, record_sessions_percent: 0});
    return {
        page: title => mixpanel.track_pageview({page: title}),
        cart: item => mixpanel.track('Product Added', {product_id: item.sku, price: item.price, quantity: item.quantity}),
        order: order => mixpanel.track('Order Completed', {order_id: order.id, total: order.total, currency: order.currency}),
        identify: user => mixpanel.identify(user)
    };
};
