FROM mcr.microsoft.com/playwright:v1.45.0-jammy
WORKDIR /e2e
COPY package*.json ./
RUN PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci
COPY . .
ENV CI=true
ENTRYPOINT npx playwright test
