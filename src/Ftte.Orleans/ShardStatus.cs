namespace Ftte.Orleans;

/// <summary>Represents the status of a shard.</summary>
/// <param name="Shard">The number of the shard.</param>
/// <param name="Silo">The silo that runs the shard.</param>
/// <param name="Buffer">The number of the buffer that the shard fills.</param>
/// <param name="Updates">The number of updates of the shard in that buffer.</param>
/// <param name="DevicesAtWork">The number of clients with a lease.</param>
/// <param name="KnownClients">The number of client records.</param>
/// <param name="WaitingClients">The number of clients that have used their share of the buffer.</param>
/// <param name="QueueLength">The number of updates that wait for a commit or a publication.</param>
/// <param name="Waiting">What updates of devices wait for; null if none waits.</param>
/// <param name="Fault">The reason why the database accepts no commits; null if it does.</param>
[GenerateSerializer]
[Alias("Ftte.ShardStatus")]
public sealed record ShardStatus(
    [property: Id(0)] int Shard,
    [property: Id(1)] string Silo,
    [property: Id(2)] long Buffer,
    [property: Id(3)] int Updates,
    [property: Id(4)] int DevicesAtWork,
    [property: Id(5)] int KnownClients,
    [property: Id(6)] int WaitingClients,
    [property: Id(7)] int QueueLength,
    [property: Id(8)] string? Waiting,
    [property: Id(9)] string? Fault);
