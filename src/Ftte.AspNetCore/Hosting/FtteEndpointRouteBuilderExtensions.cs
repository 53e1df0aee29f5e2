using Ftte;
using Ftte.AspNetCore;
using Ftte.AspNetCore.Endpoints;
using Ftte.AspNetCore.Hosting;
using Ftte.AspNetCore.Status;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps the endpoints of federations.</summary>
public static class FtteEndpointRouteBuilderExtensions
{
    /// <summary>Maps the endpoints that devices call: check-outs, downloads and updates. They require the policy <see cref="FtteDefaults.DevicePolicy"/>.</summary>
    /// <param name="endpoints">The app's endpoints.</param>
    /// <param name="pattern">The start of the addresses.</param>
    /// <param name="options">The options; null for the defaults. Copied.</param>
    /// <param name="name">The name of the server, if the container has several; null for the one without a name.</param>
    /// <returns>
    /// A builder for conventions of these endpoints. <c>AllowAnonymous()</c> admits devices without authentication, for tests; their IDs are then not authenticated.
    /// </returns>
    /// <exception cref="InvalidOperationException"><c>services.AddFtteEndpoints()</c> was not called, or the container has no server with the name.</exception>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public static RouteGroupBuilder MapFtte(this IEndpointRouteBuilder endpoints, string pattern = "/ftte", FtteEndpointOptions? options = null, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(pattern);
        EndpointServices.Check(endpoints.ServiceProvider, nameof(MapFtte));
        options = options?.Copy() ?? new FtteEndpointOptions();
        options.Validate();
        IServiceProvider services = endpoints.ServiceProvider;
        IFederatedServer server = services.GetRequiredKeyedService<IFederatedServer>(name);
        ParameterLayout layout = (server as ISnapshotServer)?.Current.Layout ?? services.GetRequiredKeyedService<ModelSnapshot>(name).Layout;
        TimeProvider time = services.GetRequiredService<TimeProvider>();
        var exchange = new DeviceExchange(options.ClientIdClaim, services.GetRequiredService<EndpointStatistics>().Of(name));
        var handlers = new FederationEndpoints(server, layout, options, exchange, time, services.GetService<IHostApplicationLifetime>());
        var updates = new UpdateEndpoints(server, layout, options, exchange, time);
        RouteGroupBuilder group = endpoints.MapGroup(pattern).RequireAuthorization(FtteDefaults.DevicePolicy).RequireRateLimiting(FtteDefaults.RateLimit).WithMetadata(EndpointServices.Metadata);
        group.MapPost(HttpProtocol.CheckOutPath, ProtocolEndpoint.Create(handlers.CheckOutAsync));
        group.MapPut(HttpProtocol.UpdatePath + "{id}", ProtocolEndpoint.Create(updates.SubmitAsync));
        group.MapMethods(HttpProtocol.UpdatePath + "{id}", ["HEAD"], ProtocolEndpoint.Create(updates.GetOffsetAsync));
        group.MapPatch(HttpProtocol.UpdatePath + "{id}", ProtocolEndpoint.Create(updates.AppendAsync));
        group.MapPost(HttpProtocol.LeasePath + "{id}", ProtocolEndpoint.Create(handlers.RenewLeaseAsync));
        group.MapMethods(HttpProtocol.BlobPath + "{digest}", ["GET", "HEAD"], ProtocolEndpoint.Create(handlers.DownloadAsync, isVersioned: false));
        return group;
    }

    /// <summary>Maps the endpoints with which devices enroll and renew their certificates. Enrollment requires a one-time token, renewal the device's certificate.</summary>
    /// <param name="endpoints">The app's endpoints.</param>
    /// <param name="pattern">The start of the addresses, the same as that of <see cref="MapFtte"/>.</param>
    /// <returns>A builder for conventions of these endpoints.</returns>
    /// <exception cref="InvalidOperationException"><c>services.AddFtteIdentity(...)</c> was not called.</exception>
    public static RouteGroupBuilder MapFtteIdentity(this IEndpointRouteBuilder endpoints, string pattern = "/ftte")
    {
        (RouteGroupBuilder group, IdentityEndpoints handlers) = MapIdentityGroup(endpoints, pattern, nameof(MapFtteIdentity));
        group.MapGet(HttpProtocol.AuthorityPath, ProtocolEndpoint.Create(handlers.GetAuthorityAsync, isVersioned: false)).AllowAnonymous();
        group.MapPost(HttpProtocol.EnrollPath, ProtocolEndpoint.Create(handlers.EnrollAsync)).AllowAnonymous();
        group.MapPost(HttpProtocol.RenewPath, ProtocolEndpoint.Create(handlers.RenewAsync)).RequireAuthorization(FtteDefaults.DevicePolicy);
        return group;
    }

    /// <summary>Maps the administration of devices: list them, create tokens, and revoke them. Requires the policy <see cref="FtteDefaults.AdminPolicy"/>, which the app adds.</summary>
    /// <param name="endpoints">The app's endpoints.</param>
    /// <param name="pattern">The start of the addresses.</param>
    /// <returns>A builder for conventions of these endpoints.</returns>
    /// <exception cref="InvalidOperationException"><c>services.AddFtteIdentity(...)</c> was not called, or the app has no policy for administrators.</exception>
    public static RouteGroupBuilder MapFtteAdmin(this IEndpointRouteBuilder endpoints, string pattern = "/ftte/admin")
    {
        (RouteGroupBuilder group, IdentityEndpoints handlers) = MapIdentityGroup(endpoints, pattern, nameof(MapFtteAdmin));
        CheckAdminPolicy(endpoints.ServiceProvider, nameof(MapFtteAdmin));
        group.RequireAuthorization(FtteDefaults.AdminPolicy);
        group.MapGet("devices", ProtocolEndpoint.Create(handlers.ListAsync, isVersioned: false));
        group.MapPost("tokens", ProtocolEndpoint.Create(handlers.CreateTokenAsync, isVersioned: false));
        group.MapPost("devices/{client}/revoke", ProtocolEndpoint.Create(handlers.RevokeAsync, isVersioned: false));
        return group;
    }

    /// <summary>Maps the status page of a federation, which shows its progress live. Requires the policy <see cref="FtteDefaults.AdminPolicy"/>, which the app adds.</summary>
    /// <param name="endpoints">The app's endpoints.</param>
    /// <param name="pattern">The address of the page. Its events are below it.</param>
    /// <param name="name">The name of the server, if the container has several; null for the one without a name.</param>
    /// <returns>A builder for conventions of the page and its events.</returns>
    /// <remarks>The page counts from the start of the app, and on a cluster what this silo answered; states are those of the whole cluster. It lists client IDs, so it is for administrators only.</remarks>
    /// <exception cref="InvalidOperationException"><c>services.AddFtteEndpoints()</c> was not called, or the app has no policy for administrators or no server with the name.</exception>
    public static RouteGroupBuilder MapFtteStatus(this IEndpointRouteBuilder endpoints, string pattern = "/ftte/status", string? name = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(pattern);
        IServiceProvider services = endpoints.ServiceProvider;
        EndpointServices.Check(services, nameof(MapFtteStatus));
        CheckAdminPolicy(services, nameof(MapFtteStatus));
        TimeProvider time = services.GetRequiredService<TimeProvider>();
        var monitor = new FederationMonitor(StatusSource.Get(services, name), name, services.GetRequiredService<EndpointStatistics>(), time);
        services.GetService<IHostApplicationLifetime>()?.ApplicationStopped.Register(monitor.Dispose);
        var handlers = new StatusEndpoints(monitor, time, services.GetService<IHostApplicationLifetime>());
        RouteGroupBuilder group = endpoints.MapGroup(pattern).RequireAuthorization(FtteDefaults.AdminPolicy).RequireRateLimiting(FtteDefaults.RateLimit).WithMetadata(EndpointServices.Metadata);
        group.MapGet("", ProtocolEndpoint.Create(handlers.GetPageAsync, isVersioned: false));
        group.MapGet("events", ProtocolEndpoint.Create(handlers.SendEventsAsync, isVersioned: false));
        return group;
    }

    private static void CheckAdminPolicy(IServiceProvider services, string call)
    {
        if (services.GetRequiredService<IOptions<AuthorizationOptions>>().Value.GetPolicy(FtteDefaults.AdminPolicy) is null)
        {
            throw new InvalidOperationException(
                $"{call} requires a policy for administrators. Add one: services.AddAuthorizationBuilder().AddPolicy({nameof(FtteDefaults)}.{nameof(FtteDefaults.AdminPolicy)}, policy => ...).");
        }
    }

    private static (RouteGroupBuilder Group, IdentityEndpoints Handlers) MapIdentityGroup(IEndpointRouteBuilder endpoints, string pattern, string call)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(pattern);
        EndpointServices.Check(endpoints.ServiceProvider, call);
        IServiceProvider services = endpoints.ServiceProvider;
        var handlers = new IdentityEndpoints(
            services.GetRequiredService<CertificateAuthority>(), services.GetRequiredService<DeviceDirectory>(), services.GetRequiredService<TimeProvider>());
        return (endpoints.MapGroup(pattern).RequireRateLimiting(FtteDefaults.RateLimit).WithMetadata(EndpointServices.Metadata), handlers);
    }
}
