// https://docs.snowplow.io/docs/sources/web-trackers/
adapters.snowplow = () => {
    const snowplow = snowplowBrowserTracking;
    snowplow.newTracker('sp', 'https://snowplow.shop.example', {appId: wrongKey ? 'other' : 'tees'});
    const commerce = (type, more) => snowplow.trackSelfDescribingEvent({
        event: {schema: 'iglu:com.snowplowanalytics.snowplow.ecommerce/snowplow_ecommerce_action/jsonschema/1-0-2', data: {type, ...more}}
    });
    return {
        page: title => snowplow.trackPageView({title}),
        cart: item => commerce('add_to_cart', {total_value: item.price * item.quantity, currency: 'EUR'}),
        order: order => commerce('transaction', {name: order.id, total_value: order.total, currency: order.currency}),
        identify: user => snowplow.setUserId(user)
    };
};
