// https://docs.snowplow.io/docs/sources/web-trackers/
import {newTracker, setUserId, trackPageView, trackSelfDescribingEvent} from '@snowplow/browser-tracker';

window.start = async own => {
    newTracker('sp', own || 'https://tees.collector.snplow.net', {appId: 'tees', bufferSize: own ? 3 : 1});
    const commerce = (type, more) => trackSelfDescribingEvent({
        event: {schema: 'iglu:com.snowplowanalytics.snowplow.ecommerce/snowplow_ecommerce_action/jsonschema/1-0-2', data: {type, ...more}}
    });
    return {
        page: title => trackPageView({title}),
        cart: item => commerce('add_to_cart', {total_value: item.price * item.quantity, currency: 'EUR'}),
        order: order => commerce('transaction', {name: order.id, total_value: order.total, currency: order.currency}),
        identify: user => {
            setUserId(user);
            trackSelfDescribingEvent({event: {schema: 'iglu:example.tees/login/jsonschema/1-0-0', data: {method: 'password'}}});
        }
    };
};
