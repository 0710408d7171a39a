{{ classification_codes('gov_bgt_eco') }}
