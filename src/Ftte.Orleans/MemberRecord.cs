namespace Ftte.Orleans;

/// <summary>Represents a member of a cluster as JSON, except for the time at which it last reported.</summary>
internal sealed record MemberRecord(
    string Silo, SiloStatus Status, int ProxyPort, string? HostName, string? SiloName, string? RoleName, int UpdateZone, int FaultZone, DateTime StartTime, SuspicionRecord[] Suspicions)
{
    public static MemberRecord Create(MembershipEntry entry) => new(
        entry.SiloAddress.ToParsableString(), entry.Status, entry.ProxyPort, entry.HostName, entry.SiloName, entry.RoleName, entry.UpdateZone, entry.FaultZone, entry.StartTime,
        [.. (entry.SuspectTimes ?? []).Select(suspicion => new SuspicionRecord(suspicion.Item1.ToParsableString(), suspicion.Item2))]);

    public MembershipEntry ToEntry(DateTime alive) => new()
    {
        SiloAddress = SiloAddress.FromParsableString(Silo),
        Status = Status,
        ProxyPort = ProxyPort,
        HostName = HostName ?? "",
        SiloName = SiloName ?? "",
        RoleName = RoleName,
        UpdateZone = UpdateZone,
        FaultZone = FaultZone,
        StartTime = StartTime,
        IAmAliveTime = alive,
        SuspectTimes = [.. Suspicions.Select(suspicion => Tuple.Create(SiloAddress.FromParsableString(suspicion.Silo), suspicion.Time))],
    };
}
