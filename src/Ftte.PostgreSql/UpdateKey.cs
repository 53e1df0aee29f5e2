namespace Ftte.PostgreSql;

/// <summary>Converts IDs of updates to numbers of the database, which have a sign, and back.</summary>
internal static class UpdateKey
{
    public static long Of(UpdateId id) => unchecked((long)id.Value);

    public static UpdateId ToId(long key) => new(unchecked((ulong)key));
}
