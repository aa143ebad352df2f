"""Tells the SMTP endpoint what LocalEmu's IAM knows of an access key, as SES and IAM share it."""
import json

from localemu.http import Response, route
from localemu.services.edge import ROUTER
from moto.iam.models import iam_backends


@route("/_emulator/access-keys/<account>/<key_id>", methods=["GET"])
def access_key(request, account, key_id):
    users = iam_backends[account]["global"].users.values()
    found = [key for user in users for key in user.access_keys if key.access_key_id == key_id]
    return Response(json.dumps([{
        "userName": key.user_name,
        "accessKeyId": key.access_key_id,
        "secretAccessKey": key.secret_access_key,
        "status": key.status,
        "createDate": key.create_date.isoformat() + "Z",
    } for key in found]), content_type="application/json")


def install():
    ROUTER.add(access_key)
