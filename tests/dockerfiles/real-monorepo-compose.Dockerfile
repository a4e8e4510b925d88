# syntax=docker/dockerfile:1.7-labs
FROM node:20 AS deps
WORKDIR /repo
COPY --parents ./package.json ./packages/*/package.json ./
RUN npm ci
FROM deps AS build
COPY --exclude=**/*.test.ts --exclude=**/__snapshots__ packages packages
RUN npm run -w api build
FROM gcr.io/distroless/nodejs20-debian12
COPY --link --from=build /repo/packages/api/dist /app
CMD ["/app/index.js"]
