"""What use cases need from the outside, in their own words; adapters and fakes keep the same promises."""
