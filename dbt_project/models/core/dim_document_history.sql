-- What was known of each file, and when: what a mart as of a moment knows of it.
select
    {{ key_of(['document_sha256', 'recorded_from']) }} as document_history_key,
    document_sha256,
    edition_key,
    disclosure_key,
    region_code,
    agency_key,
    fiscal_year,
    phase,
    scope,
    title,
    page_url,
    published_on,
    corrections,
    first_recorded_at,
    recorded_from,
    recorded_to
from {{ ref('int_document_history') }}
