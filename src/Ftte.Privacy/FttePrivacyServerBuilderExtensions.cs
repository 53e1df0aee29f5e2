using Ftte;
using Ftte.Aggregation;
using Ftte.DependencyInjection;
using Ftte.Privacy;
using Ftte.Selection;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds differential privacy to federated servers.</summary>
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
}
