// Tells which document a frame shows, and stands between the recorder and the driver's binding to say when each thing was told.
// `binding` is the driver's function, `recorder` the name under which the recorder looks for its own, `late` where it sends beacons.
(function (binding, recorder, late, record) {
  'use strict';
  var scope = globalThis;
  var tell = scope[binding];
  if (typeof tell !== 'function') return;
  delete scope[binding];
  var now = performance.now.bind(performance), origin = performance.timeOrigin;
  var quote = JSON.stringify, place = scope.location, main = scope.top === scope.self;
  var href = Object.getOwnPropertyDescriptor(place, 'href').get, apply = Reflect.apply;
  var caught = Promise.prototype.catch;
  var id = String(Math.random()).slice(2) + String(now()).replace('.', '');
  function none() { /* the page is going */ }
  function said(kind, text) {
    try { apply(caught, tell(id + ' ' + (origin + now()) + ' ' + kind + ' ' + text), [none]); } catch (e) { none(); }
  }
  var entry = performance.getEntriesByType && performance.getEntriesByType('navigation')[0];
  var last = apply(href, place, []);
  said('document', quote({ url: last, how: entry ? entry.type : '' }));
  if (main && scope.navigation && scope.navigation.addEventListener) {
    scope.navigation.addEventListener('currententrychange', function () {
      var url = apply(href, place, []), before = last;
      last = url;
      said('route', quote({ url: url, before: before }));
    });
  }
  scope[recorder] = function (payload) { said('push', payload); };
  record(recorder, late + id);
})
