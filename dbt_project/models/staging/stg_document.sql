-- The reading of a document that counts: that of the newest accepted load.
select
    document.document_sha256,
    document.load_id,
    document.site_id,
    document.reader_version,
    document.outcome,
    document.reason,
    document.format,
    document.page_count,
    document.fiscal_year,
    document.phase,
    document.scope,
    document.agency_name,
    document.agency_code
from {{ source('raw', 'documents') }} as document
inner join {{ ref('stg_load') }} as load on document.load_id = load.load_id
qualify row_number() over (partition by document.document_sha256 order by load.position desc) = 1
