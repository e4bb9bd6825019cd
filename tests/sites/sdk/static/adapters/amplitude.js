// https://amplitude.com/docs/sdks/analytics/browser/browser-sdk-2
adapters.amplitude = () => {
    amplitude.init(wrongKey ? 'ampOTHER' : 'ampTEES', {autocapture: false, fetchRemoteConfig: false});
    return {
        page: title => amplitude.track('Page Viewed', {title}),
        cart: item => amplitude.track('Product Added', {product_id: item.sku, price: item.price, quantity: item.quantity}),
        order: order => amplitude.track('Order Completed', {order_id: order.id, total: order.total, currency: order.currency}),
        identify: user => amplitude.setUserId(user)
    };
};
