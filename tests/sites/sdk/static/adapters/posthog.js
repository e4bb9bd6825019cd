// https://posthog.com/docs/libraries/js
adapters.posthog = () => {
    const posthog = Posthog.default;
    posthog.init(wrongKey ? 'phc_OTHER' : 'phc_TEES', {
        api_host: 'https://us.i.posthog.com', autocapture: false, capture_pageview: false, capture_pageleave: false,
        disable_session_recording: true, disable_surveys: true, advanced_disable_flags: true
    });
    return {
        page: title => posthog.capture('$pageview', {title}),
        cart: item => posthog.capture('Product Added', {product_id: item.sku, price: item.price, quantity: item.quantity}),
        order: order => posthog.capture('Order Completed', {order_id: order.id, total: order.total, currency: order.currency}),
        identify: user => posthog.identify(user)
    };
};
