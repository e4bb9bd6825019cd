// https://www.rudderstack.com/docs/sources/event-streams/sdks/rudderstack-javascript-sdk/
adapters.rudderstack = () => {
    const analytics = new Rudderstack.RudderAnalytics();
    analytics.load(wrongKey ? 'rsOTHER' : 'rsTEES', 'https://tees.dataplane.rudderstack.com');
    return {
        page: title => analytics.page(title),
        cart: item => analytics.track('Product Added', {product_id: item.sku, price: item.price, quantity: item.quantity}),
        order: order => analytics.track('Order Completed', {order_id: order.id, total: order.total, currency: order.currency}),
        identify: user => analytics.identify(user)
    };
};
