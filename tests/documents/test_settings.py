"""The documents' variables against the table of settings."""
import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


class Variables(unittest.TestCase):
    def test_documented_variables_are_settings(self):
        table = (ROOT / "src/restore/settings_table.cc").read_text()
        # A setting's braces hold its name, type, aliases, and variables.
        variables = {}
        for name, body in re.findall(r'\{"(\w+)",\s*k\w+,(.*?)(?=\n      \{"|\n  \};)', table, re.DOTALL):
            for variable in re.findall(r'"([A-Z][A-Z_]+)"', body):
                variables[variable] = name
        for variable, setting in {"ADMIN_SECRET_ID": "master_credentials_secret_id", "DEFAULT_SOURCE_REGION": "source_region",
                                  "DEFAULT_DB_INSTANCE_CLASS": "db_instance_class",
                                  "SNS_TOPIC_ARN": "notification_topic_arn"}.items():
            self.assertEqual(variables.get(variable), setting)


if __name__ == "__main__":
    unittest.main()
