FROM node:18 as build
WORKDIR /site
COPY . .
RUN yarn && yarn build

FROM caddy:2-alpine
COPY --from=build /site/build /var/docusaurus
COPY <<-EOF /etc/caddy/Caddyfile
	:80 {
		root * /var/docusaurus
		encode gzip
		try_files {path} {path}.html {path}/index.html
		file_server
	}
EOF
EXPOSE 80
