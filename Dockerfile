# The image is one static binary and the roots of trust: no shell, no package
# manager, not root. It needs DATABASE_URL, ZIYARA_KEYS and ZIYARA_SMS.

FROM golang:1.26-bookworm AS build
WORKDIR /src
# Dependencies change less often than code: a layer of their own.
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags='-s -w' -o /out/ziyara ./cmd/ziyara

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /out/ziyara /ziyara
# A number, so that an orchestrator can see that it is not root.
USER 65532:65532
# Publish 8080 only: 9090 is for Prometheus, which needs a network in common.
ENV ZIYARA_LISTEN=0.0.0.0:8080 ZIYARA_OPERATIONS=0.0.0.0:9090
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 CMD ["/ziyara", "health"]
ENTRYPOINT ["/ziyara"]
CMD ["serve"]
