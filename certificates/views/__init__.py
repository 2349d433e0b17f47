"""Pages of certificates, by whom they serve."""

from certificates.views.approvals import blueprint as approvals
from certificates.views.certificate import blueprint as certificate
from certificates.views.completion import blueprint as completion
from certificates.views.issue import blueprint as issue
from certificates.views.mine import blueprint as mine
from certificates.views.register import blueprint as register
from certificates.views.verify import blueprint as verify

blueprints = (verify, register, certificate, approvals, completion, issue, mine)
