using System.Diagnostics.Metrics;
using Ftte.AspNetCore;
using Ftte.AspNetCore.Endpoints;
using Ftte.AspNetCore.Hosting;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds what the endpoints of federations need to an app's services.</summary>
public static class FtteEndpointServiceCollectionExtensions
{
    /// <summary>Adds what the endpoints need, for an app that authenticates devices by itself, such as with bearer tokens. <c>AddFtteIdentity</c> includes it.</summary>
    /// <param name="services">The app's services.</param>
    /// <param name="configure">Sets the limits per device; null for the defaults.</param>
    /// <returns>The services.</returns>
    /// <remarks>
    /// The policy <see cref="FtteDefaults.DevicePolicy"/> requires an authenticated user. To change it, add a policy with the same name:
    /// <c>services.AddAuthorizationBuilder().AddPolicy(FtteDefaults.DevicePolicy, policy => ...)</c>.
    /// </remarks>
    /// <exception cref="ArgumentException">A limit is out of range.</exception>
    public static IServiceCollection AddFtteEndpoints(this IServiceCollection services, Action<DeviceLimits>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var limits = new DeviceLimits();
        configure?.Invoke(limits);
        limits.Validate();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<EndpointServices>();
        services.TryAddSingleton(provider => new EndpointStatistics(provider.GetService<IMeterFactory>()));
        services.AddAuthorization(options => AddPolicy(options, FtteDefaults.DevicePolicy));
        services.Replace(ServiceDescriptor.Singleton<IAuthorizationMiddlewareResultHandler, AuthorizationProblems>());
        services.AddRateLimiter(options => options.AddPolicy(FtteDefaults.RateLimit, new DeviceRateLimit(limits)));
        return services;
    }

    private static void AddPolicy(AuthorizationOptions options, string name)
    {
        if (options.GetPolicy(name) is null)
        {
            options.AddPolicy(name, policy => policy.RequireAuthenticatedUser());
        }
    }
}
