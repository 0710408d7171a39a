select
    {{ key_of(['version.url', 'version.version_number']) }} as document_version_key,
    version.document_sha256,
    document.disclosure_key,
    version.url,
    document.page_url,
    document.title,
    document.published_on,
    version.recorded_from,
    version.recorded_to,
    version.last_seen_at,
    version.status,
    version.moved_to_url
from {{ ref('int_document_version') }} as version
inner join {{ ref('int_document') }} as document on version.document_sha256 = document.document_sha256
