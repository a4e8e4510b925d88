# syntax=docker/dockerfile:1.4
FROM node:20 AS build
WORKDIR /src
COPY . .
RUN yarn install --frozen-lockfile && yarn build
FROM nginx:alpine
COPY --from=build /src/build /usr/share/nginx/html
COPY <<'EOF' /etc/nginx/conf.d/default.conf
server {
    listen 80;
    root /usr/share/nginx/html;
    # single page application
    location / {
        try_files $uri $uri/ /index.html;
    }
}
EOF
EXPOSE 80
