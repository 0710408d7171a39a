-- Every file that was observed, how reading it ended, and which disclosure it belongs to.
select
    document_sha256,
    disclosure_key,
    site_id,
    coalesce(outcome, 'unread') as outcome,
    reason,
    format,
    cast(page_count as integer) as page_count,
    reader_version,
    corrections
from {{ ref('int_document') }}
