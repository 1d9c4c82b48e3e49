"""The rules that judge the claims, each written before its result was seen."""
