using Ftte.Orleans.SiloProbe;
using Ftte.Store.CrashProbe;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Ftte.Orleans.Tests;

/// <summary>Options that a cluster refuses before it starts.</summary>
public sealed class RegistrationTests
{
    private const string Database = "Host=localhost;Database=ftte";

    [Fact]
    public void A_limit_below_the_number_of_shards_and_what_a_cluster_cannot_do_are_refused_at_once()
    {
        Assert.Contains("QueueCapacity is 7, but each of 8 shards needs at least 1", Refused<ArgumentException>(server => server.QueueCapacity = 7), StringComparison.Ordinal);
        Assert.Contains("MaxConcurrency is 3", Refused<ArgumentException>(server => server.MaxConcurrency = 3), StringComparison.Ordinal);
        Assert.Equal("Shards", Assert.ThrowsAny<ArgumentException>(() => Build(cluster => cluster.Shards = 0)).ParamName);
        Assert.Equal("KeepVersions", Assert.ThrowsAny<ArgumentException>(() => Build(cluster => cluster.KeepVersions = 1)).ParamName);
        Assert.ThrowsAny<ArgumentException>(() => Build(cluster => cluster.ConnectionString = ""));
    }

    [Fact]
    public void A_second_federation_without_a_name_is_refused() => Assert.Throws<InvalidOperationException>(() => Build(silo: silo =>
    {
        silo.AddFtteServer(cluster => cluster.ConnectionString = Database);
        silo.AddFtteServer(cluster => cluster.ConnectionString = Database);
    }));

    [Fact]
    public void Evaluation_is_refused_when_the_server_is_created()
    {
        using IHost host = Build(silo: silo => silo.AddFtteServer(cluster => cluster.ConnectionString = Database)
            .UseModel(Workload.Start).UseSelection(Workload.Selection).UseAggregator(SiloSetup.Aggregator)
            .UseEvaluation(new EvaluationOptions()));

        Assert.Contains("does not support evaluation", Assert.Throws<InvalidOperationException>(() => host.Services.GetRequiredService<FtteClusterServer>()).Message, StringComparison.Ordinal);
    }

    private static string Refused<T>(Action<FederatedServerOptions> configure)
        where T : Exception => Assert.ThrowsAny<T>(() => Build(silo: silo => silo.AddFtteServer(cluster => cluster.ConnectionString = Database, configure))).Message;

    private static IHost Build(Action<FtteClusterOptions>? configure = null, Action<ISiloBuilder>? silo = null)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.UseOrleans(silo ?? (one => one.AddFtteServer(cluster =>
        {
            cluster.ConnectionString = Database;
            configure!(cluster);
        })));
        return builder.Build();
    }
}
