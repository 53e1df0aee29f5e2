namespace Ftte.Orleans;

/// <summary>Represents a <see cref="KnownClient"/> in a message between silos.</summary>
[GenerateSerializer]
[Alias("Ftte.ShardClient")]
internal readonly record struct ShardClient([property: Id(0)] string Client, [property: Id(1)] ClientActivity Activity, [property: Id(2)] TimeSpan SinceSeen, [property: Id(3)] TimeSpan? AtWork)
{
    public static ShardClient From(KnownClient client) => new(client.Client.Value, client.Activity, client.SinceSeen, client.AtWork);

    public KnownClient ToKnownClient() => new(new ClientId(Client), Activity, SinceSeen, AtWork);
}
