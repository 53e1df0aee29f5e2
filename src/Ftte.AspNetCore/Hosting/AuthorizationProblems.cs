using Ftte.AspNetCore.Endpoints;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Http;

namespace Ftte.AspNetCore.Hosting;

/// <summary>Adds problem details to the refusals of authorization, so that a device can distinguish the server's refusal from that of a proxy.</summary>
internal sealed class AuthorizationProblems : IAuthorizationMiddlewareResultHandler
{
    private readonly AuthorizationMiddlewareResultHandler _default = new();

    public async Task HandleAsync(RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult)
    {
        await _default.HandleAsync(next, context, policy, authorizeResult).ConfigureAwait(false);
        if (authorizeResult.Succeeded || context.Response.HasStarted || context.GetEndpoint()?.Metadata.GetMetadata<EndpointServices>() is null)
        {
            return;
        }

        string? why = context.Items[typeof(AuthorizationProblems)] as string;
        await Problem.WriteAsync(context, authorizeResult.Challenged
            ? new ProblemException(context.Response.StatusCode, "not-authenticated", why ?? "The request has no valid certificate or token. Enroll the device, or present its certificate.")
            : new ProblemException(context.Response.StatusCode, "not-authorized", "The certificate or token does not permit this request.")).ConfigureAwait(false);
    }
}
