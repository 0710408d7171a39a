-- One row per observed file: what is known of it now, and how reading it ended.
select
    history.* exclude (recorded_from, recorded_to, edition_key), -- noqa: RF02
    document.outcome,
    document.reason,
    document.format,
    document.page_count,
    document.reader_version,
    document.agency_code
from {{ ref('int_document_history') }} as history
left join {{ ref('stg_document') }} as document on history.document_sha256 = document.document_sha256
where history.recorded_to is null
