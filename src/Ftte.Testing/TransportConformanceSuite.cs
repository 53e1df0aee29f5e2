using Ftte.Selection;
using Xunit;

namespace Ftte.Testing;

/// <summary>Provides the facts that hold for every transport between a device and a server. A test class inherits it, implements how to connect, and xunit runs all facts.</summary>
/// <remarks>
/// <para>The transport must carry float32 values as they are. A transport over a network overrides <see cref="ConnectToFaultyServerAsync"/> too.</para>
/// <para>Each fact runs on a new instance. Override <see cref="DisposeAsync"/> to stop what <see cref="ConnectAsync"/> started, and call the base method
/// first: it ends held calls and disposes the proxies that are disposable.</para>
/// <para>A call that does not end within <see cref="CallTimeout"/> fails its fact with a message that names the call.</para>
/// </remarks>
public abstract partial class TransportConformanceSuite : IAsyncLifetime
{
    /// <summary>The value of a device's buffer where nothing has been written.</summary>
    private const float Untouched = 777;

    private readonly List<IFederatedServer> _links = [];
    private readonly List<ScriptedServer> _scripted = [];

    /// <summary>Gets the layout of the server's model; a proxy may need it.</summary>
    protected ParameterLayout Layout { get; private set; } = SmallLayout;

    /// <summary>Gets the time within which every call, connection and disposal must end, in real time.</summary>
    /// <value>30 seconds by default. The longest facts send a million values.</value>
    protected virtual TimeSpan CallTimeout => TimeSpan.FromSeconds(30);

    /// <summary>Gets a value that indicates whether exceptions of the server reach the device with their own type, as in a call within one process.</summary>
    /// <value>False by default: the device sees an <see cref="IOException"/>, because a server that fails is a broken link and no misuse by the device.</value>
    protected virtual bool PassesServerExceptions => false;

    private static ParameterLayout SmallLayout { get; } = ParameterLayout.Create(("frozen", [10]), ("trained", [3, 5]), ("between", [9]), ("head", [7]));

    private static ClientId Client { get; } = new("phone-17 \u00e4\u00f6 \u65e5\u672c");

    /// <summary>Connects a device to a server that runs in this process, over the transport under test.</summary>
    /// <param name="server">The server: a real one or a <see cref="ScriptedServer"/>.</param>
    /// <returns>The proxy that the device calls.</returns>
    protected abstract ValueTask<IFederatedServer> ConnectAsync(IFederatedServer server);

    /// <summary>Connects a device to a server that fails every call in the same way, or to an address at which there is none.</summary>
    /// <param name="fault">The failure.</param>
    /// <returns>The proxy; null, as by default, if this transport cannot fail in this way. The facts about this fault then pass.</returns>
    protected virtual ValueTask<IFederatedServer?> ConnectToFaultyServerAsync(LinkFault fault) => new((IFederatedServer?)null);

    /// <inheritdoc />
    public virtual Task InitializeAsync() => Task.CompletedTask;

    /// <inheritdoc />
    public virtual async Task DisposeAsync()
    {
        _scripted.ForEach(server => server.Release());
        foreach (IFederatedServer link in _links)
        {
            await DisposeProxyAsync(link).ConfigureAwait(false);
        }
    }

    private static float[] Untrained(int count) => [.. Enumerable.Repeat(Untouched, count)];

    private static float[] Ramp(int count) => [.. Enumerable.Range(0, count).Select(i => (float)i)];

    private static CheckOutRequest Device(ModelVersion? held = null, ulong heldFingerprint = 0, ParameterLayout? layout = null) =>
        new(Client, 1 << 20, (layout ?? SmallLayout).Fingerprint, held, HeldFingerprint: heldFingerprint);

    private async Task<IFederatedServer> LinkAsync(IFederatedServer server, ParameterLayout? layout = null)
    {
        Layout = layout ?? SmallLayout;
        IFederatedServer link = await WithinAsync(() => ConnectAsync(server).AsTask(), nameof(ConnectAsync) + " to end.");
        _links.Add(link);
        return new WatchedLink(link, CallTimeout, server as ScriptedServer);
    }

    private async Task<(ScriptedServer Server, IFederatedServer Link)> ScriptAsync(ParameterLayout? layout = null)
    {
        var server = new ScriptedServer();
        _scripted.Add(server);
        return (server, await LinkAsync(server, layout));
    }

    /// <summary>Starts a real server with the model 0, 1, 2, ... and a selection that leaves out two blocks.</summary>
    private async Task<(FederatedServer Server, IFederatedServer Link)> ServeAsync(
        FederatedServerOptions? options = null, ReselectionOptions? reselection = null, EvaluationOptions? evaluation = null)
    {
        var selections = new SelectionHistory(ParameterSelection.OfBlocks(SmallLayout, "trained", "head"));
        var aggregator = new AddingAggregator(new ModelSnapshot(SmallLayout, default, Ramp(SmallLayout.ParameterCount)), selections);
        var server = new FederatedServer(aggregator, selections, options, reselection: reselection, evaluation: evaluation);
        return (server, await LinkAsync(server));
    }
}
