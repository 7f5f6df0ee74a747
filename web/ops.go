package web

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/manetomo/manetomo/internal/event"
)

// alive answers while the program runs.
func (s *Site) alive(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") }

// ready answers 200 when the database does. The index may be behind and says so.
func (s *Site) ready(w http.ResponseWriter, r *http.Request) {
	head, _, err := event.Head(r.Context(), s.DB.Read())
	if err != nil {
		s.Log.ErrorContext(r.Context(), "not ready", "err", err)
		w.Header().Set("Retry-After", "5")
		http.Error(w, "database does not answer", http.StatusServiceUnavailable)
		return
	}
	if p, ok := s.Index.Progress(); ok {
		fmt.Fprintf(w, "ready\nindex: rebuilding, %d of %d\n", p.Done, p.Total)
		return
	}
	fmt.Fprintf(w, "ready\nindex: %d behind\n", max(0, head-s.Index.Seq()))
}

// metrics are what Prometheus reads.
type metrics struct {
	registry *prometheus.Registry
	took     *prometheus.HistogramVec
}

func newMetrics() *metrics {
	m := &metrics{registry: prometheus.NewRegistry(), took: prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "manetomo_request_seconds", Help: "Time to answer a request, by route.",
		Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10}}, []string{"route", "status"})}
	m.registry.MustRegister(m.took, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// measured notes how long each route takes. Sockets are left out: they stay.
func (m *metrics) measured(mux http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/ws" || r.URL.Path == "/live" {
			mux.ServeHTTP(w, r)
			return
		}
		start := time.Now()
		st := &statusWriter{ResponseWriter: w, status: http.StatusOK}
		mux.ServeHTTP(st, r)
		m.took.WithLabelValues(r.Pattern, strconv.Itoa(st.status)).Observe(time.Since(start).Seconds())
	})
}

type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// serveMetrics answers those on the list; for others there is nothing here.
func (s *Site) serveMetrics(m *metrics) http.Handler {
	h := promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.fromListed(r, s.MetricsFrom) {
			http.NotFound(w, r)
			return
		}
		h.ServeHTTP(w, r)
	})
}

func (s *Site) fromListed(r *http.Request, list []netip.Prefix) bool {
	ip, err := netip.ParseAddr(s.network(r))
	return err == nil && slices.ContainsFunc(list, func(p netip.Prefix) bool { return p.Contains(ip.Unmap()) })
}

// network is the address that a request comes from: that of the connection, or what a trusted proxy says of it.
func (s *Site) network(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	ip, err := netip.ParseAddr(host)
	if err != nil || !slices.ContainsFunc(s.TrustedProxies, func(p netip.Prefix) bool { return p.Contains(ip.Unmap()) }) {
		return host
	}
	return forwarded(r.Header.Values("X-Forwarded-For"), s.TrustedProxies, host)
}
