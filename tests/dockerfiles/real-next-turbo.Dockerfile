FROM node:20-alpine AS alpine
RUN apk update && apk add --no-cache libc6-compat
FROM alpine as pruner
WORKDIR /app
RUN npm install -g turbo@2
COPY . .
RUN turbo prune --scope=web --docker

FROM alpine as installer
WORKDIR /app
COPY --from=pruner /app/out/json/ .
RUN npm ci
COPY --from=pruner /app/out/full/ .
ARG NEXT_PUBLIC_API
ENV NEXT_PUBLIC_API $NEXT_PUBLIC_API
RUN npx turbo run build --filter=web...

FROM alpine as runner
WORKDIR /app
COPY --from=installer /app/apps/web/.next/standalone ./
CMD node apps/web/server.js
