using Ftte.Aggregation;
using Ftte.Selection;
using Ftte.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Ftte.DependencyInjection;

/// <summary>Configures a federated server; created by <c>services.AddFtteServer(...)</c>.</summary>
/// <remarks>
/// Every service is a singleton: without a key for a server without a name, and with the name as its key otherwise. A factory of the server "watch" therefore resolves
/// the model with <c>provider.GetRequiredKeyedService&lt;ModelSnapshot&gt;("watch")</c>. If a method is called more than once, the last call wins. Packages extend
/// this class with methods that add to <see cref="Services"/> under <see cref="Name"/>.
/// </remarks>
public sealed class FtteServerBuilder
{
    internal FtteServerBuilder(IServiceCollection services, string? name) => (Services, Name) = (services, name);

    /// <summary>Gets the app's services.</summary>
    public IServiceCollection Services { get; }

    /// <summary>Gets the name of the server, which is the key of its services.</summary>
    /// <value>Null for the server without a name; its services have no key.</value>
    public string? Name { get; }

    /// <summary>Sets a factory of the options, for options that are known only when the server is created. Replaces those that were passed to <c>AddFtteServer</c>.</summary>
    /// <param name="get">The factory, called once, such as <c>provider =&gt; provider.GetRequiredService&lt;IOptions&lt;FederatedServerOptions&gt;&gt;().Value</c>.</param>
    /// <returns>This builder.</returns>
    public FtteServerBuilder UseOptions(Func<IServiceProvider, FederatedServerOptions> get) => Use(get);

    /// <summary>Sets the model that training starts from. Required.</summary>
    /// <param name="model">The model.</param>
    /// <returns>This builder.</returns>
    public FtteServerBuilder UseModel(ModelSnapshot model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return UseModel(_ => model);
    }

    /// <summary>Sets a factory of the model that training starts from, such as from a file.</summary>
    /// <param name="load">The factory, called once, when the server is first resolved.</param>
    /// <returns>This builder.</returns>
    public FtteServerBuilder UseModel(Func<IServiceProvider, ModelSnapshot> load) => Use(load);

    /// <summary>Sets the parameters that are trained first. Required.</summary>
    /// <param name="selection">The selection; not empty, for the same model.</param>
    /// <returns>This builder.</returns>
    public FtteServerBuilder UseSelection(ParameterSelection selection)
    {
        ArgumentNullException.ThrowIfNull(selection);
        return UseSelection(_ => selection);
    }

    /// <summary>Sets the parameters that are trained first, and the memory that training them requires. A device with less gets no work.</summary>
    /// <param name="selection">The selection; not empty, for the same model.</param>
    /// <param name="requiredMemoryBytes">The memory in bytes. If <see cref="FederatedServerOptions.RequiredMemoryBytes"/> is larger, it is used instead. A reselection replaces both.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="requiredMemoryBytes"/> is negative.</exception>
    public FtteServerBuilder UseSelection(ParameterSelection selection, long requiredMemoryBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(requiredMemoryBytes);
        return UseSelection(selection).Use(_ => new RequiredMemory(requiredMemoryBytes));
    }

    /// <summary>Sets a factory of the selection that is trained first, such as with an <see cref="IParameterSelector"/>.</summary>
    /// <param name="select">The factory, called once, when the server is first resolved; may resolve the <see cref="ModelSnapshot"/> that training starts from.</param>
    /// <returns>This builder.</returns>
    public FtteServerBuilder UseSelection(Func<IServiceProvider, ParameterSelection> select)
    {
        ArgumentNullException.ThrowIfNull(select);
        Services.RemoveAllKeyed<RequiredMemory>(Name);
        return Use(provider => provider.GetKeyedService<StoredRun>(Name)?.State?.RestoreSelections() ?? new SelectionHistory(select(provider)));
    }

    /// <summary>Sets the options of the aggregator: FTTE's rule with other options, FedBuff, FedAsync or FedAvg.</summary>
    /// <param name="options">The options; validated and copied at once. Without this call, the server uses FTTE's rule with its defaults.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public FtteServerBuilder UseAggregator(BufferedAggregatorOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        options = options.Copy();
        return UseAggregator(provider => CreateAggregator(provider, Name, options));
    }

    /// <summary>Sets a factory of a custom aggregator.</summary>
    /// <param name="create">
    /// The factory, called once, when the server is first resolved; may resolve the <see cref="ModelSnapshot"/> to start from and the <see cref="SelectionHistory"/>. If the server
    /// has a store, the factory resolves the <see cref="StoredRun"/> and restores the aggregator from its state, if any.
    /// </param>
    /// <returns>This builder.</returns>
    public FtteServerBuilder UseAggregator(Func<IServiceProvider, IAsyncAggregator> create) => Use(create);

    /// <summary>Enables reselection during training. Without this call, the first selection stays.</summary>
    /// <param name="options">The options of reselection; validated and copied at once.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">An option is missing or out of range.</exception>
    public FtteServerBuilder UseReselection(ReselectionOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        options = options.Copy();
        return UseReselection(_ => options);
    }

    /// <summary>Enables reselection during training, with a factory of its options.</summary>
    /// <param name="create">The factory, called once, when the server is first resolved; may resolve the <see cref="ModelSnapshot"/> that training starts from.</param>
    /// <returns>This builder.</returns>
    public FtteServerBuilder UseReselection(Func<IServiceProvider, ReselectionOptions> create) => Use(create);

    /// <summary>Keeps the state of the server in a store, and continues the run in the store when the server starts. Without this call, the state is lost when the process ends.</summary>
    /// <param name="open">The factory, called once, when the server is first resolved. The container disposes the store after the server.</param>
    /// <returns>This builder.</returns>
    /// <remarks>
    /// The model of <see cref="UseModel(ModelSnapshot)"/> and the selection of <see cref="UseSelection(ParameterSelection)"/> are used for a new store only; otherwise the model must have the
    /// same layout. Packages provide stores with methods of their own, such as <c>UseSqlite</c>.
    /// </remarks>
    public FtteServerBuilder UseStore(Func<IServiceProvider, IServerStore> open)
    {
        Use(open);

        // Factories of services are synchronous. Nothing waits for this thread while the store is loaded.
        return Use(provider => StoredRun.LoadAsync(provider.GetRequiredKeyedService<IServerStore>(Name)).AsTask().GetAwaiter().GetResult());
    }

    /// <summary>Creates FTTE's aggregator, restored from the store if there is one.</summary>
    internal static BufferedAggregator CreateAggregator(IServiceProvider provider, string? name, BufferedAggregatorOptions? options)
    {
        ModelSnapshot model = provider.GetRequiredKeyedService<ModelSnapshot>(name);
        SelectionHistory selections = provider.GetRequiredKeyedService<SelectionHistory>(name);
        return provider.GetKeyedService<StoredRun>(name)?.State is { } state
            ? BufferedAggregator.Restore(state.Aggregator, model.Layout, selections, options)
            : new BufferedAggregator(model, selections, options);
    }

    /// <summary>Enables the evaluation of versions by devices.</summary>
    /// <param name="options">The options of evaluation; validated and copied at once.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public FtteServerBuilder UseEvaluation(EvaluationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        options = options.Copy();
        return UseEvaluation(_ => options);
    }

    /// <summary>Enables the evaluation of versions by devices, with a factory of its options.</summary>
    /// <param name="create">The factory, called once, when the server is first resolved.</param>
    /// <returns>This builder.</returns>
    public FtteServerBuilder UseEvaluation(Func<IServiceProvider, EvaluationOptions> create) => Use(create);

    private FtteServerBuilder Use<T>(Func<IServiceProvider, T> create)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(create);
        Services.Replace(ServiceDescriptor.KeyedSingleton(Name, (provider, _) => create(provider)));
        return this;
    }
}
