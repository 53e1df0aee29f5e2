using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Ftte.LoadTest;

/// <summary>Authenticates a device by a bearer token that is its client ID, so that devices that share a connection have their own identity and their own limits.</summary>
internal sealed class DeviceTokenHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder) : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string TokenPrefix = "Bearer ";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        string? header = Request.Headers.Authorization;
        if (header?.StartsWith(TokenPrefix, StringComparison.Ordinal) != true)
        {
            return Task.FromResult(AuthenticateResult.NoResult());
        }

        string client = header[TokenPrefix.Length..];
        var identity = new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, client), new Claim(ClaimTypes.Name, client)], Scheme.Name);
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Scheme.Name)));
    }
}
