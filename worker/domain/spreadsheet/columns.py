"""What the columns of a table mean, by the names in its header: in English and Vietnamese, in any spelling."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from worker.domain.errors import Invalid
from worker.domain.spreadsheet.cells import Cell, text_of

PHONE: Final = "phone_number"
AFTER_DAY: Final = "after_day"
DESCRIPTION: Final = "description"
MOST_SHOWN: Final = 10

_NAMES: Final[Mapping[str, str]] = {
    "phone_number": "phone phone_no mobile mobile_phone mobile_number tel telephone cell msisdn customer_phone "
    "to_number so_dien_thoai dien_thoai sdt so_dt dt dtdd so_di_dong di_dong so_may so_thue_bao sdt_khach_hang",
    "lead_name": "name full_name customer_name customer contact_name ten ho_ten ho_va_ten ten_khach_hang khach_hang "
    "ten_kh",
    "lead_code": "code customer_code customer_id ma ma_khach_hang ma_kh",
    "contract_number": "contract contract_no contract_id so_hop_dong hop_dong ma_hop_dong so_hd",
    "identity_number": "id_number id_card identity cmnd cccd cmt so_cmnd so_cccd cmnd_cccd can_cuoc can_cuoc_cong_dan",
    "identity_issued_at": "issued_at noi_cap",
    "identity_issued_on": "issued_on issue_date ngay_cap",
    "address": "dia_chi",
    "province": "city tinh tinh_thanh thanh_pho tinh_thanh_pho",
    "district": "quan huyen quan_huyen",
    "ward": "phuong xa phuong_xa",
    "date_of_birth": "dob birthday birth_date ngay_sinh sinh_nhat",
    "gender": "sex gioi_tinh",
    "comment": "note notes remark ghi_chu",
    "ref_id": "reference reference_id ma_tham_chieu",
    "ref_code": "",
    "other_identity_number": "",
    "other_identity_issued_at": "",
    "other_identity_issued_on": "",
    "after_day": "goi_sau_ngay",
    "description": "reason mo_ta ly_do",
}


def _key(name: str) -> str:
    """Return a name as it is compared: without marks, case, blanks and signs."""
    plain = name.replace("đ", "d").replace("Đ", "d")
    letters = "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))
    return re.sub(r"[^a-z0-9]", "", letters.casefold())


_MEANINGS: Final = {_key(name): known for known, others in _NAMES.items() for name in (known, *others.split())}
FIELDS: Final = frozenset(_NAMES) - {PHONE}
"""What a column may mean besides the number."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Where in a row the number, the fields of a lead and what is beside them stand."""

    phone: int
    fields: Mapping[str, int] = field(default_factory=dict)
    additional: Mapping[str, int] = field(default_factory=dict)
    """Columns of other names, which a template may use."""


def columns_of(header: Sequence[Cell], *, known: frozenset[str]) -> Columns | None:
    """Return what the columns mean, of these fields; None when none of them holds phone numbers.

    A second column of the same meaning is additional data. Raises ``Invalid`` for two columns of the same name.
    """
    names = [text_of(cell) for cell in header]
    found: dict[str, int] = {}
    additional: dict[str, int] = {}
    for place, name in enumerate(names):
        meaning = _MEANINGS.get(_key(name), "")
        if meaning in known | {PHONE} and meaning not in found:
            found[meaning] = place
        elif name in additional:
            raise Invalid(f"two columns are named {name}")
        elif name:
            additional[name] = place
    phone = found.pop(PHONE, None)
    return None if phone is None else Columns(phone, found, additional)


def no_phone_column(header: Sequence[Cell]) -> str:
    """Return the error of a table without a column of phone numbers."""
    names = [name for name in map(text_of, header) if name]
    seen = f"; it has {', '.join(names[:MOST_SHOWN])}" if names else ""
    return f"no column is named {PHONE}{seen}"
