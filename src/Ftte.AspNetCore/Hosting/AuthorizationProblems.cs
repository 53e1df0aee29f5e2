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

        // The authentication states why it rejected a certificate.
        ProblemException problem = context.Items[typeof(ProblemException)] as ProblemException
            ?? (authorizeResult.Challenged
                ? new ProblemException(context.Response.StatusCode, "not-authenticated", "The request has no valid certificate or token. Enroll the device, or present its certificate.")
                : new ProblemException(context.Response.StatusCode, "not-authorized", "The certificate or token does not permit this request. Use one that the policy of the endpoint accepts."));
        await Problem.WriteAsync(context, problem).ConfigureAwait(false);
    }
}
