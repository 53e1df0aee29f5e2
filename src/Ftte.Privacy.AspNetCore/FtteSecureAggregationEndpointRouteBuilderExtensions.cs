using Ftte;
using Ftte.AspNetCore;
using Ftte.AspNetCore.Endpoints;
using Ftte.AspNetCore.Hosting;
using Ftte.Privacy.AspNetCore;
using Ftte.Privacy.SecureAggregation;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps the endpoints of secure aggregation.</summary>
public static class FtteSecureAggregationEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Maps the endpoints that devices call to submit updates by secure aggregation. They require the policy <see cref="FtteDefaults.DevicePolicy"/>. Also call <c>MapFtte</c>, for check-outs and downloads.
    /// </summary>
    /// <param name="endpoints">The app's endpoints.</param>
    /// <param name="pattern">The start of the addresses, the same as that of <c>MapFtte</c>.</param>
    /// <param name="options">
    /// The options; null for the defaults. <see cref="FtteEndpointOptions.ClientIdClaim"/> and <see cref="FtteEndpointOptions.MaxWorkWait"/> are used, the latter for announcements that wait for a cohort.
    /// </param>
    /// <param name="name">The name of the server, if the container has several; null for the one without a name.</param>
    /// <returns>A builder for conventions of these endpoints.</returns>
    /// <exception cref="InvalidOperationException">
    /// <c>services.AddFtteEndpoints()</c> was not called, or the container has no <see cref="SecureAggregationServer"/> with the name.
    /// </exception>
    /// <exception cref="ArgumentException">An option is out of range, or a step of a cohort may take longer than a request is held.</exception>
    public static RouteGroupBuilder MapFtteSecureAggregation(this IEndpointRouteBuilder endpoints, string pattern = "/ftte", FtteEndpointOptions? options = null, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(pattern);
        EndpointServices.Check(endpoints.ServiceProvider, nameof(MapFtteSecureAggregation));
        options ??= new FtteEndpointOptions();
        options.Validate();
        IServiceProvider services = endpoints.ServiceProvider;
        SecureAggregationServer server = services.GetKeyedService<SecureAggregationServer>(name)
            ?? throw new InvalidOperationException($"{nameof(MapFtteSecureAggregation)} requires a server of cohorts. Call services.AddFtteServer(...).UseSecureAggregation(...), or add a {nameof(SecureAggregationServer)} to the services.");
        if (server.StepTimeout > options.MaxWorkWait)
        {
            throw new ArgumentException(
                $"A step of a cohort may take {server.StepTimeout}, but requests are held for {options.MaxWorkWait}, because proxies end idle ones. Lower {nameof(SecureAggregationOptions)}.{nameof(SecureAggregationOptions.StepTimeout)}, or raise {nameof(options.MaxWorkWait)}.", nameof(options));
        }

        var exchange = new DeviceExchange(options.ClientIdClaim, services.GetRequiredService<EndpointStatistics>().Of(name));
        var handlers = new CohortEndpoints(server, exchange, options.MaxWorkWait, services.GetRequiredService<TimeProvider>(), services.GetService<IHostApplicationLifetime>()?.ApplicationStopping ?? default);
        RouteGroupBuilder group = endpoints.MapGroup(pattern).RequireAuthorization(FtteDefaults.DevicePolicy).RequireRateLimiting(FtteDefaults.RateLimit).WithMetadata(EndpointServices.Metadata);
        const string Cohort = CohortProtocol.CohortPath + "{id}";
        group.MapPost(CohortProtocol.AnnouncePath, ProtocolEndpoint.Create(handlers.AnnounceAsync));
        group.MapPost(Cohort + CohortProtocol.SharesPath, ProtocolEndpoint.Create(handlers.ShareAsync));
        group.MapPut(Cohort + CohortProtocol.UpdatePath, ProtocolEndpoint.Create(handlers.SubmitAsync));
        group.MapPost(Cohort + CohortProtocol.UnmaskingPath, ProtocolEndpoint.Create(handlers.UnmaskAsync));
        return group;
    }
}
