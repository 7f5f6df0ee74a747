# The program in a small Debian, run by nobody in particular. Build: docker build -t manetomo .
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY cmd cmd
COPY internal internal
COPY migrations migrations
COPY search search
COPY web web
RUN CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags "-s -w" -o /manetomo ./cmd/manetomo

FROM debian:12-slim
# The fonts are for PDF files that embed none, tesseract reads posters that are pictures; curl asks the program whether it is ready.
RUN apt-get update \
	&& apt-get install -y --no-install-recommends ca-certificates curl fonts-noto-cjk tesseract-ocr tesseract-ocr-jpn tesseract-ocr-jpn-vert \
	&& rm -rf /var/lib/apt/lists/* \
	&& useradd --system --uid 10001 --user-group --home-dir /data --create-home manetomo
COPY --from=build /manetomo /usr/local/bin/manetomo
COPY LICENSE NOTICE /usr/share/doc/manetomo/
USER manetomo
WORKDIR /data
VOLUME /data
ENV MANETOMO_DATA=/data MANETOMO_LISTEN=0.0.0.0:8080
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=120s --retries=3 \
	CMD ["curl", "--fail", "--silent", "--show-error", "--output", "/dev/null", "http://127.0.0.1:8080/readyz"]
ENTRYPOINT ["manetomo"]
CMD ["serve"]
