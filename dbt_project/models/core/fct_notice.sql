-- What the reader or the recogniser saw and could not use, or had to decide.
select
    {{ key_of(['notice.document_sha256', 'notice.ordinal']) }} as notice_key,
    document.disclosure_key,
    notice.document_sha256,
    notice.ordinal,
    notice.page,
    notice.table_ordinal,
    notice.kind,
    notice.detail
from {{ ref('stg_notice') }} as notice
inner join {{ ref('int_document') }} as document on notice.document_sha256 = document.document_sha256
