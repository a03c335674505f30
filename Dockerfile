# The service without the embedded servers: api, workers and scheduler are this one image with different commands.
FROM python:3.13-slim AS build
WORKDIR /src
COPY constraints.txt pyproject.toml LICENSE ./
COPY mappings mappings
COPY segments segments
COPY runtime runtime
COPY store store
COPY indexer indexer
COPY app app
COPY cli cli
RUN python -m venv /opt/segments && /opt/segments/bin/pip install --no-cache-dir --constraint constraints.txt .

FROM python:3.13-slim
RUN useradd --system --uid 10001 --home-dir /var/lib/segments --create-home segments
COPY --from=build /opt/segments /opt/segments
ENV PATH=/opt/segments/bin:$PATH PYTHONUNBUFFERED=1 LOG_FORMAT=json
USER segments
WORKDIR /var/lib/segments
EXPOSE 8000
CMD ["segments", "--help"]
