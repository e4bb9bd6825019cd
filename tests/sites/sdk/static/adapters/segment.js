// https://segment.com/docs/connections/sources/catalog/libraries/website/javascript/
adapters.segment = () => {
    const analytics = AnalyticsNext.AnalyticsBrowser.load({writeKey: wrongKey ? 'wkOTHER' : 'wkTEES'});
    return {
        page: title => analytics.page(title),
        cart: item => analytics.track('Product Added', {product_id: item.sku, name: item.name, price: item.price, quantity: item.quantity}),
        order: order => analytics.track('Order Completed', {
            order_id: order.id, total: order.total, currency: order.currency,
            products: order.items.map(item => ({product_id: item.sku, price: item.price, quantity: item.quantity}))
        }),
        identify: user => analytics.identify(user, {plan: 'guest'})
    };
};
