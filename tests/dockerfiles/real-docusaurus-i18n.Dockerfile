FROM node:18-bullseye-slim AS builder
WORKDIR /docs
COPY package.json yarn.lock ./
RUN yarn install --frozen-lockfile --network-timeout 600000
COPY . .
ENV NODE_OPTIONS=--max-old-space-size=8192
RUN for locale in en ur fr; do \
      yarn build --locale "$locale" --out-dir "build/$locale"; \
    done
FROM nginx:stable-alpine
COPY --from=builder /docs/build /usr/share/nginx/html
