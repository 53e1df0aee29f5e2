using Ftte.AspNetCore;
using Microsoft.AspNetCore.Authentication.Certificate;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the identities of devices to an app's services.</summary>
public static class FtteIdentityServiceCollectionExtensions
{
    private static readonly TimeSpan ServerLifetime = TimeSpan.FromDays(365);

    /// <summary>
    /// Adds an authority, a directory of devices, authentication by client certificate, and limits per device, and lets Kestrel use TLS with a certificate of the authority.
    /// </summary>
    /// <param name="services">The app's services.</param>
    /// <param name="configure">Sets the options; null for the defaults.</param>
    /// <returns>The services.</returns>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public static IServiceCollection AddFtteIdentity(this IServiceCollection services, Action<FtteIdentityOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var options = new FtteIdentityOptions();
        configure?.Invoke(options);
        options.Validate();
        services.AddFtteEndpoints(limits => (limits.MaxConcurrentRequests, limits.RequestsPerSecond, limits.Burst) = (options.Limits.MaxConcurrentRequests, options.Limits.RequestsPerSecond, options.Limits.Burst));
        services.TryAddSingleton(provider => options.Folder is { } folder
            ? CertificateAuthority.LoadOrCreate(folder, options.AuthorityName, provider.GetRequiredService<TimeProvider>())
            : CertificateAuthority.Create(options.AuthorityName, provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(provider => new DeviceDirectory(
            provider.GetRequiredService<CertificateAuthority>(),
            options.CertificateLifetime,
            options.Folder is { } folder ? Path.Combine(folder, "devices.jsonl") : null,
            provider.GetRequiredService<TimeProvider>()));
        services.AddAuthentication().AddCertificate();

        // The policy names its scheme, so that the default scheme stays the app's.
        services.AddAuthorization(authorization => authorization.AddPolicy(
            FtteDefaults.DevicePolicy, policy => policy.AddAuthenticationSchemes(CertificateAuthenticationDefaults.AuthenticationScheme).RequireAuthenticatedUser()));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IConfigureOptions<CertificateAuthenticationOptions>, DeviceCertificates>());
        // First, because a listener takes the defaults at the moment at which the app configures it.
        services.Insert(0, ServiceDescriptor.Singleton<IConfigureOptions<KestrelServerOptions>>(provider =>
            new ConfigureOptions<KestrelServerOptions>(kestrel => ConfigureHttps(kestrel, options, provider.GetRequiredService<CertificateAuthority>()))));
        return services;
    }

    private static void ConfigureHttps(KestrelServerOptions kestrel, FtteIdentityOptions options, CertificateAuthority authority) => kestrel.ConfigureHttpsDefaults(https =>
    {
        // Devices without a certificate enroll; the authentication of requests verifies the others.
        https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
        https.AllowAnyClientCertificate();
        if (options.Hosts.Count > 0)
        {
            https.ServerCertificate = authority.IssueServer(options.Hosts, ServerLifetime);
        }
    });
}
