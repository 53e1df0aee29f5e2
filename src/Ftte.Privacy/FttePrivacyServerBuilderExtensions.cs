using Ftte;
using Ftte.Aggregation;
using Ftte.DependencyInjection;
using Ftte.Privacy;
using Ftte.Privacy.SecureAggregation;
using Ftte.Selection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds differential privacy or secure aggregation to federated servers.</summary>
public static class FttePrivacyServerBuilderExtensions
{
    /// <summary>Aggregates updates with differential privacy: the aggregator of the server is a <see cref="PrivateAggregator"/>.</summary>
    /// <param name="builder">The builder of the server.</param>
    /// <param name="privacy">The options of differential privacy; validated and copied at once.</param>
    /// <param name="options">The options of the aggregation; null for <see cref="PrivateAggregator.CreateDefaultOptions"/>.</param>
    /// <returns>The builder.</returns>
    /// <remarks>Also add a store, such as with <c>UseSqlite</c>: a server that restarts without its state forgets who contributed, and the guarantee starts again.</remarks>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public static FtteServerBuilder UseDifferentialPrivacy(this FtteServerBuilder builder, DifferentialPrivacyOptions privacy, BufferedAggregatorOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(privacy);
        privacy.Validate();
        privacy = privacy.Copy();
        options?.Validate();
        options = options?.Copy();
        return builder.UseAggregator(provider =>
        {
            ModelSnapshot model = provider.GetRequiredKeyedService<ModelSnapshot>(builder.Name);
            SelectionHistory selections = provider.GetRequiredKeyedService<SelectionHistory>(builder.Name);
            return provider.GetKeyedService<StoredRun>(builder.Name)?.State is { } state
                ? PrivateAggregator.Restore(state.Aggregator, model.Layout, selections, privacy, options)
                : new PrivateAggregator(model, selections, privacy, options);
        });
    }

    /// <summary>Aggregates sums of cohorts of devices: adds a <see cref="SecureAggregationServer"/>, which is also the <see cref="IReadyQueue"/> and the <see cref="ICohortServer"/>, as a singleton with the name of the server.</summary>
    /// <param name="builder">The builder of the server.</param>
    /// <param name="secureAggregation">The options of secure aggregation; validated and copied at once.</param>
    /// <param name="options">The options of the aggregation; null for <see cref="SecureAggregationOptions.CreateAggregatorOptions"/>.</param>
    /// <returns>The builder.</returns>
    /// <remarks>
    /// Over HTTP, also call <c>app.MapFtteSecureAggregation()</c> of the package Ftte.Privacy.AspNetCore. <see cref="FtteServiceProviderExtensions.ValidateFtte"/> creates the server, so that invalid combinations are
    /// reported at startup. If called more than once, the last call wins.
    /// </remarks>
    /// <exception cref="ArgumentException">An option is missing or out of range, or the aggregation needs what the server does not see; the message states the reason.</exception>
    public static FtteServerBuilder UseSecureAggregation(this FtteServerBuilder builder, SecureAggregationOptions secureAggregation, BufferedAggregatorOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(secureAggregation);
        secureAggregation.Validate();
        secureAggregation = secureAggregation.Copy();
        options ??= secureAggregation.CreateAggregatorOptions();
        options.Validate();
        if (SecureAggregationRequirements.FindObstacle(options, secureAggregation) is { } obstacle)
        {
            throw new ArgumentException(obstacle, nameof(options));
        }

        string? name = builder.Name;
        IServiceCollection services = builder.UseAggregator(options).Services;
        bool isFirst = !services.Any(service => service.ServiceType == typeof(SecureAggregationServer) && Equals(service.ServiceKey, name));
        services.Replace(ServiceDescriptor.KeyedSingleton(name, (provider, _) => new SecureAggregationServer(
            provider.GetRequiredKeyedService<FederatedServer>(name),
            provider.GetRequiredKeyedService<SelectionHistory>(name),
            secureAggregation,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetService<ILogger<SecureAggregationServer>>())));
        if (isFirst)
        {
            services.AddKeyedSingleton<IReadyQueue>(name, (provider, _) => provider.GetRequiredKeyedService<SecureAggregationServer>(name));
            services.AddKeyedSingleton<ICohortServer>(name, (provider, _) => provider.GetRequiredKeyedService<SecureAggregationServer>(name));
            services.AddSingleton(new Federation(typeof(SecureAggregationServer), name));
        }

        return builder;
    }
}
