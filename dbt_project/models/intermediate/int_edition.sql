-- A document under each set of decisions that ever stood, as far as facts depend on it: the types of its tables, and
-- the phase (which tells the columns of the year). Most documents have one edition.
select distinct
    edition_key,
    document_sha256,
    phase,
    table_types
from {{ ref('int_document_history') }}
