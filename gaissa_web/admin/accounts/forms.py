"""Forms to sign in, for passwords and users."""

from wtforms import (
    HiddenField,
    PasswordField,
    StringField,
)
from wtforms.validators import ValidationError

from gaissa_web.storage.accounts import ACCOUNT_LENGTH
from gaissa_web.web.forms import (
    Form,
    at_most,
    line_filter,
    needed,
)


class LoginForm(Form):
    """Who wants to sign in; what is right is for the service to say."""

    name = StringField("Name", filters=[line_filter])
    password = PasswordField("Password")
    next = HiddenField()


class PasswordForm(Form):
    """The change of one's own password."""

    current_password = PasswordField("Present password", [needed("your present password")])
    new_password = PasswordField("New password", [needed("a new password")])
    repeated_password = PasswordField("New password, once more")

    def validate_repeated_password(self, field: PasswordField) -> None:
        """Both times the same."""
        if field.data != self.new_password.data:
            raise ValidationError("This is not the same as the new password.")


class UserForm(Form):
    """A new user; the password is made for them."""

    name = StringField("Name", [needed("a name"), *at_most(ACCOUNT_LENGTH)], [line_filter])
