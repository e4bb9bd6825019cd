// https://github.com/jahilldev/minimal-analytics/tree/main/packages/ga4
window.start = async own => {
    window.minimalAnalytics = {trackingId: 'G-TEES123456', ...(own && {analyticsEndpoint: own + '/g/collect'})};
    const {track} = await import('@minimal-analytics/ga4');
    return {
        page: () => track(),
        cart: item => track({type: 'add_to_cart', event: {cu: 'EUR', 'epn.value': item.price * item.quantity, 'ep.product_id': item.sku}}),
        order: order => track({type: 'purchase', event: {cu: order.currency, 'epn.value': order.total, 'ep.transaction_id': order.id}}),
        identify: user => track({type: 'login', event: {'ep.method': 'password', uid: user}})
    };
};
